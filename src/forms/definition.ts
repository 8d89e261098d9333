import type { SourcePosition } from '../std/index.ts';

/** Types of `input` in the HTML standard, plus the other listed elements. */
export type ControlType =
  | 'hidden'
  | 'text'
  | 'search'
  | 'tel'
  | 'url'
  | 'email'
  | 'password'
  | 'date'
  | 'month'
  | 'week'
  | 'time'
  | 'datetime-local'
  | 'number'
  | 'range'
  | 'color'
  | 'checkbox'
  | 'radio'
  | 'file'
  | 'submit'
  | 'image'
  | 'reset'
  | 'button'
  | 'textarea'
  | 'select';

/** An option of a select as it stands in the file, a disabled group's options being disabled. */
export interface OptionDefinition {
  readonly value: string;
  readonly label: string;
  readonly selected: boolean;
  readonly disabled: boolean;
}

/** One control (a listed, submittable element) of a form, with every attribute that validation reads. Plain data. */
export interface Control {
  /** Place in the form's listed elements, in tree order; the same number as in `html`'s holes. */
  readonly index: number;
  /** '' when it has none: such a control is never submitted. */
  readonly name: string;
  readonly type: ControlType;
  readonly label: string;
  /** Default value: attribute `value`, textarea text; '' when absent. */
  readonly value: string;
  /** A `value` attribute is written; a check box or radio button without one has the value `on`. */
  readonly valueWritten?: boolean;
  readonly checked: boolean;
  readonly options: readonly OptionDefinition[];
  /** For select: `true` when a placeholder label option exists. */
  readonly placeholder: boolean;
  readonly required: boolean;
  readonly multiple: boolean;
  readonly disabled: boolean;
  readonly readonly: boolean;
  /** Inside a `datalist`: barred from everything. */
  readonly inDatalist: boolean;
  readonly pattern?: string;
  readonly min?: string;
  readonly max?: string;
  readonly step?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly accept?: string;
  readonly dirname?: string;
  readonly title?: string;
  /** `id` attribute. */
  readonly elementId?: string;
  /** `autocomplete` attribute, for what `lintForm` says of card numbers. */
  readonly autocomplete?: string;
  /** Fields filled from the row on the server: `data-attr-value` on a hidden input. */
  readonly computed: boolean;
  /** `data-list` on the select: options come from rows. */
  readonly optionsFrom?: string;
  /** Id of the innermost html `Scope` it stands in, when that is inside the form (a list in a form). */
  readonly scope?: number;
  readonly at: SourcePosition;
}

export interface FormDefinition {
  /** Index among the document's forms, in tree order; the same number as in `html`'s `FormPlace`. */
  readonly index: number;
  readonly method: 'get' | 'post' | 'dialog';
  readonly enctype: 'application/x-www-form-urlencoded' | 'multipart/form-data' | 'text/plain';
  readonly acceptCharset?: string;
  /** Language in force at the form, '' when none. */
  readonly lang: string;
  readonly controls: readonly Control[];
  readonly name?: string;
  readonly elementId?: string;
  /** A `method` attribute is written, whatever it says. */
  readonly methodWritten?: boolean;
  /** The author's `action` as written; absent when there is none. */
  readonly action?: string;
  /** `role=search` or `aria-controls`: a form that filters. */
  readonly filters?: boolean;
  /** `data-netlify` or `netlify`. */
  readonly netlify?: boolean;
  /** Name of the control that is a trap for bots (`netlify-honeypot`, `_gotcha`). */
  readonly trap?: string;
  readonly at: SourcePosition;
}

/** An uploaded file held in a provisional place until a row adopts it. */
export interface Upload {
  /** The path that a row stores: `/_backlot/files/…`. '' when the file was refused. */
  readonly path: string;
  /** The sender's name for it without any folders; only for showing. */
  readonly filename: string;
  /** As the sender says. */
  readonly mediaType: string;
  /** What its content is, without parameters: `image/png`. Absent when the file was refused. */
  readonly contentType?: string;
  /** In bytes, as sent. */
  readonly size: number;
  /** In pixels, of pictures that can be shown. */
  readonly width?: number;
  readonly height?: number;
  readonly refused?: UploadRefusal;
}

/**
 * Why a file was not kept.
 * - `size`: larger than a file may be. - `type`: its content is not what its name says, or of no kind that is taken.
 * - `broken`: a picture that cannot be read. - `pixels`: a picture with too many pixels or frames, or too costly to read.
 * - `busy`: nothing is wrong with it, but it could not be read just now.
 */
export type UploadRefusal = 'size' | 'type' | 'broken' | 'pixels' | 'busy';

/** One entry of the entry list a browser constructs. */
export interface Entry {
  readonly name: string;
  readonly value: string | Upload;
}

/** Names of the HTML standard's validity states, and ours where the client is not trusted. */
export type Validity =
  | 'valueMissing'
  | 'typeMismatch'
  | 'patternMismatch'
  | 'tooLong'
  | 'tooShort'
  | 'rangeUnderflow'
  | 'rangeOverflow'
  | 'stepMismatch'
  | 'badInput'
  /** An option the form does not offer. */
  | 'optionMismatch'
  /** Not one of `accept`, or larger than allowed. */
  | 'fileType'
  | 'fileSize'
  /** A picture that is damaged, is too large to be worked on, or could not be read just now. */
  | 'fileBroken'
  | 'filePixels'
  | 'fileBusy';

export interface FieldError {
  readonly control: number;
  readonly name: string;
  readonly validity: Validity;
  /** In the form's language. */
  readonly message: string;
}

/** What a valid submission says: per control name, sanitised strings (or uploads), absent names left out. */
export interface Submission {
  readonly values: ReadonlyMap<string, readonly (string | Upload)[]>;
}

export type Validated =
  | { readonly ok: true; readonly submission: Submission; readonly trapped: boolean }
  | {
      readonly ok: false;
      readonly errors: readonly FieldError[];
      readonly submission: Submission;
      readonly trapped: boolean;
    };
