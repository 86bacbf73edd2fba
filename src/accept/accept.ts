export { createDoors, whyTaken } from './doors.ts';
