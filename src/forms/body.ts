import type { Readable } from 'node:stream';
import type { Entry, Upload } from './definition.ts';

/** What one posted form may hold. Bytes are those of UTF-8. */
export interface FormLimits {
  /** Entries, files among them. */
  readonly fieldsMax: number;
  /** Names and texts of all entries together. */
  readonly textBytesMax: number;
  /** One file. A larger one is refused in its field, the rest of the form is read. */
  readonly fileBytesMax: number;
  /** Files together. */
  readonly filesMax?: number;
  /** One name. */
  readonly nameBytesMax?: number;
  /** The whole body. */
  readonly bodyBytesMax?: number;
}

/** What is allowed unless configured otherwise. */
export const defaultFormLimits: Required<FormLimits> = {
  fieldsMax: 1000,
  textBytesMax: 100 * 1024,
  fileBytesMax: 25 * 1024 * 1024,
  filesMax: 20,
  nameBytesMax: 500,
  bodyBytesMax: 110 * 1024 * 1024,
};

/** Where files go while the form is read. The store of the `files` room is one. */
export interface UploadSink {
  /**
   * Keeps a file in a provisional place. May stop reading early. A file that must not be kept comes back `refused`.
   * Throws for operating failures such as a full disk; when `content` throws, it cleans up and throws that.
   */
  store(file: { filename: string; mediaType: string }, content: AsyncIterable<Uint8Array>): Promise<Upload>;
  /** Removes provisional files. Unknown paths are no error. */
  discard(paths: readonly string[]): Promise<void>;
}

export interface BodyRequest {
  readonly contentType: string | undefined;
  readonly contentLength?: number | undefined;
  /** The `Content-Encoding` header: any but `identity` is refused. */
  readonly contentEncoding?: string | undefined;
  readonly body: AsyncIterable<Uint8Array> | Readable;
  /** Encoding of the page that was sent, where it is not UTF-8: what a browser used for the texts. */
  readonly encoding?: string | undefined;
  /** Whether files under this name are wanted; others are read and dropped. Absent: all are. */
  readonly wantsFile?: (name: string) => boolean;
}

/** Why a body was refused, for the client. */
export interface BodyRefusal {
  readonly ok: false;
  readonly status: 400 | 408 | 411 | 413 | 415;
  /** `forms/malformed`, `forms/too-large`, … */
  readonly code: string;
  readonly message: string;
}

export type DecodedBody = { readonly ok: true; readonly entries: readonly Entry[] } | BodyRefusal;

/** What the decoders share. */
export interface Decoding {
  readonly chunks: AsyncIterator<Uint8Array>;
  readonly limits: Required<FormLimits>;
  readonly sink: UploadSink;
  readonly decodeText: (bytes: Uint8Array) => string;
  readonly wantsFile: (name: string) => boolean;
}

/** Carries a refusal out of the depth of a decoder. */
export class Refused extends Error {
  readonly refusal: BodyRefusal;

  constructor(refusal: BodyRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

export const refusals = {
  malformed: refusal(400, 'forms/malformed', 'The form could not be read: its body is malformed.'),
  incomplete: refusal(400, 'forms/incomplete', 'The form did not arrive whole.'),
  name: refusal(400, 'forms/bad-name', 'The form has a field whose name is not allowed.'),
  timeout: refusal(408, 'forms/timeout', 'The form took too long to arrive.'),
  fields: refusal(413, 'forms/too-many-fields', 'The form has too many fields.'),
  files: refusal(413, 'forms/too-many-files', 'The form has too many files.'),
  text: refusal(413, 'forms/too-much-text', 'The form holds too much text.'),
  body: refusal(413, 'forms/too-large', 'The form is too large.'),
  encoded: refusal(415, 'forms/encoded-body', 'The form must be sent without Content-Encoding.'),
  type: refusal(
    415,
    'forms/unsupported-type',
    'The form must be sent as application/x-www-form-urlencoded or multipart/form-data.',
  ),
};

function refusal(status: BodyRefusal['status'], code: string, message: string): BodyRefusal {
  return { ok: false, status, code, message };
}

/** Counts what a form holds while it is read; throws {@link Refused} as soon as it is too much. */
export interface EntryBudget {
  /** One more entry, with a name of so many bytes. */
  addName(bytes: number): void;
  addText(bytes: number): void;
  addFile(): void;
  /** Bytes of text that may still come. */
  readonly textLeft: number;
}

export function entryBudget(limits: Required<FormLimits>): EntryBudget {
  let fields = 0;
  let files = 0;
  let textLeft = limits.textBytesMax;
  const addText = (bytes: number): void => {
    textLeft -= bytes;
    if (textLeft < 0) throw new Refused(refusals.text);
  };
  return {
    addName(bytes) {
      if (++fields > limits.fieldsMax) throw new Refused(refusals.fields);
      if (bytes > limits.nameBytesMax) throw new Refused(refusals.name);
      addText(bytes);
    },
    addText,
    addFile() {
      if (++files > limits.filesMax) throw new Refused(refusals.files);
    },
    get textLeft() {
      return textLeft;
    },
  };
}
