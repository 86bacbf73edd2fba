import { render } from 'preact';
import { App } from './app.tsx';
import { followGateway } from './frame/live.ts';
import { followAddress } from './frame/router.ts';
import { showTheme } from './frame/theme.ts';
import './style/frame.css';
import './style/pieces.css';

showTheme();
followAddress();
followGateway();
const place = document.getElementById('app');
if (place) render(<App />, place);
