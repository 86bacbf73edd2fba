export { createDoors, type Doors, whyTaken } from './doors.ts';
