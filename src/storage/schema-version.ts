/**
 * How many migrations there are; the file remembers it as its `user_version`. Where both agree, the migrator
 * is not even loaded: that is most of the time it takes to open the store.
 */
export const SCHEMA_VERSION = 4;
