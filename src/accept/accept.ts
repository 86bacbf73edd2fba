export { createDoors } from './doors.ts';
