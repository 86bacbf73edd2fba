export { type Conversation, createVerifier, type Verifier } from './verifier.ts';
