export { type AcceptHandlers, type AcceptOptions, type Door, openDoor } from './door.ts';
