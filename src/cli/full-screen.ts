import type { Terminal } from './ports.ts';

/** The terminal's alternate screen, for what is drawn anew again and again. */
export interface FullScreen {
  /** Terminal columns and lines, as they are now. */
  size(): { readonly width: number; readonly height: number };
  /** Draws a whole frame in one write, if it differs from the last one. */
  show(lines: readonly string[]): void;
  /** Gives the terminal back as it was; more than once does no harm. */
  close(): void;
}

// ECMA-48 and xterm's private modes (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html): 1049 the alternate
// screen, 25 the cursor, 7 wrapping at the right edge: a line that a font draws wider must not push others down.
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR = '\u001b[2J';
const ERASE_LINE = '\u001b[K';
const ERASE_BELOW = '\u001b[J';

const USUAL_WIDTH = 80;
const USUAL_HEIGHT = 24;

/** Takes the terminal. It is given back by `close`, or as the process ends, whatever ends it but a signal unheard. */
export function openFullScreen(terminal: Terminal, onResize: () => void): FullScreen {
  let shown = '';
  let open = true;
  const resized = (): void => {
    shown = '';
    terminal.write(CLEAR);
    onResize();
  };
  const close = (): void => {
    if (!open) return;
    open = false;
    process.off('exit', close);
    process.off('SIGCONT', resized);
    terminal.off?.('resize', resized);
    terminal.write(LEAVE);
  };
  terminal.write(ENTER);
  terminal.on?.('resize', resized);
  process.on('exit', close);
  // A shell has written on it meanwhile.
  process.on('SIGCONT', resized);
  const size = () => ({ width: terminal.columns || USUAL_WIDTH, height: terminal.rows || USUAL_HEIGHT });
  return {
    size,
    show(lines) {
      const { height } = size();
      const fitting = lines.slice(0, height);
      // Erased first: after a line that fills the width the cursor stands on its last character.
      const drawn = fitting.map((line) => ERASE_LINE + line).join('\r\n');
      const frame = fitting.length < height ? `${drawn}\r\n${ERASE_BELOW}` : drawn;
      if (!open || frame === shown) return;
      shown = frame;
      terminal.write(`${HOME}${frame}`);
    },
    close,
  };
}
