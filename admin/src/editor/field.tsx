import { Skeleton, Switch } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { ReactElement } from 'react';
import type { Column } from '../api-types.ts';
import { columnName } from '../schema/names.ts';
import { isPicture } from '../values/file-address.ts';
import { useWords } from '../words/words.ts';
import { AddressInput } from './address-input.tsx';
import { ChoiceField, SetField } from './choice-field.tsx';
import classes from './editor.module.css';
import { fieldHint } from './field-hint.ts';
import type { FieldTexts } from './field-frame.tsx';
import { inputProps } from './field-props.ts';
import type { ControlProps } from './field-props.ts';
import type { Raw, Writing } from './field-values.ts';
import { FileField } from './files/file-field.tsx';
import { FilesField } from './files/files-field.tsx';
import { MomentField } from './moment-field.tsx';
import { NumberField } from './number-field.tsx';
import { RelationField, RelationsField } from './relation-field.tsx';
import { StarsField, starsOf } from './stars-field.tsx';
import { isLongText, TextField } from './text-field.tsx';

// Both bring an editor of their own with them, which most tables never need.
const HtmlField = lazy(async () => ({ default: (await import('./rich-text/html-field.tsx')).HtmlField }));
const MarkdownField = lazy(async () => ({ default: (await import('./markdown-field.tsx')).MarkdownField }));

export interface FieldProps {
  readonly column: Column;
  readonly raw: Raw;
  readonly error: string | undefined;
  readonly readOnly: boolean;
  readonly writing: Writing;
  readonly onChange: (raw: Raw) => void;
  readonly onLeave: () => void;
  /** Hears whether something of it is still being sent. */
  readonly onBusy: (isBusy: boolean) => void;
}

export function fieldId(column: Pick<Column, 'name'>): string {
  return `field-${column.name}`;
}

/** The control for a column. */
export function Field({ raw, error, onBusy, ...shared }: FieldProps): ReactElement {
  const words = useWords();
  const { column, readOnly, writing, onChange } = shared;
  const { type, hints, required } = column;
  const texts: FieldTexts = {
    id: fieldId(column),
    label: column.system ? words.fields.slug : columnName(column, words),
    description: fieldHint(column, writing, words),
    error,
    required,
  };
  const text: ControlProps<string> = { ...shared, texts, raw: typeof raw === 'string' ? raw : '' };
  const list: ControlProps<readonly string[]> = { ...shared, texts, raw: typeof raw === 'object' ? raw : [] };
  switch (type.kind) {
    case 'boolean':
      return (
        <Switch
          id={texts.id}
          className={classes['switch'] ?? ''}
          label={texts.label}
          error={error}
          disabled={readOnly}
          checked={raw === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'reference':
      return <RelationField {...text} table={type.table} />;
    case 'references':
      return <RelationsField {...list} table={type.table} />;
    case 'set':
      if (hints?.control !== 'file') return <SetField {...list} />;
      return <FilesField {...list} value={list.raw} onBusy={onBusy} />;
    case 'file':
      return <FileField {...text} value={text.raw} onBusy={onBusy} />;
    case 'url':
      if (takesPictures(column, text.raw)) return <FileField {...text} value={text.raw} onBusy={onBusy} />;
      return <AddressInput {...inputProps(text)} value={text.raw} onChange={onChange} />;
    case 'html':
      return (
        <Suspense fallback={<Loading label={texts.label} />}>
          <HtmlField {...text} value={text.raw} shownBy={hints?.shownBy} />
        </Suspense>
      );
    case 'markdown':
      return (
        <Suspense fallback={<Loading label={texts.label} />}>
          <MarkdownField {...text} />
        </Suspense>
      );
    case 'integer':
    case 'decimal':
    case 'money':
    case 'real': {
      const most = starsOf(hints?.format);
      return most === undefined ? <NumberField {...text} /> : <StarsField {...text} most={most} />;
    }
    case 'text':
      return column.constraints.options ? <ChoiceField {...text} /> : <TextField {...text} />;
    default:
      return <MomentField {...text} />;
  }
}

function Loading({ label }: { readonly label: string }): ReactElement {
  const words = useWords();
  return (
    <div role="status" aria-label={words.loading}>
      <p className={classes['loadingLabel']}>{label}</p>
      <Skeleton height={180} />
    </div>
  );
}

/** Whether a column of addresses is one of pictures: as its pages show it, else as its value lets one guess. */
function takesPictures({ hints }: Column, value: string): boolean {
  return hints?.shownBy?.includes('img') ?? isPicture(value);
}

/** Whether a field takes the whole width. */
export function isWide(column: Column, raw: Raw): boolean {
  const { kind } = column.type;
  if (column.system || ['html', 'markdown', 'url', 'file', 'references', 'set'].includes(kind)) return true;
  return (
    kind === 'text' &&
    column.constraints.options === undefined &&
    (typeof raw !== 'string' || isLongText(column, raw) || raw.length > 36)
  );
}
