/** Forms as the HTML standard defines them: definition, decoding, sanitisation, validation, messages. */
export type * from './definition.ts';
