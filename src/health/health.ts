export { pickModel, randomCode } from './question.ts';
export { type Conversation, createVerifier, type Verifier } from './verifier.ts';
