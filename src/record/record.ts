export { createRecorder, type Recorder, type Totals } from './recorder.ts';
