import { MultiSelect, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import type { Column } from '../api-types.ts';
import { columnName, plainName } from '../schema/names.ts';
import { nativeInputType } from '../values/native-input.ts';
import { useWords } from '../words/words.ts';
import classes from './editor.module.css';
import type { Raw } from './field-values.ts';
import { FileField } from './file-field.tsx';
import { RelationSelect, RelationsSelect } from './relation-select.tsx';

export interface FieldProps {
  readonly column: Column;
  readonly raw: Raw;
  readonly error: string | undefined;
  readonly readOnly: boolean;
  readonly onChange: (raw: Raw) => void;
}

export function fieldId(column: Pick<Column, 'name'>): string {
  return `field-${column.name}`;
}

/** The control for a column. */
export function Field({ column, raw, error, readOnly, onChange }: FieldProps): ReactElement {
  const words = useWords();
  const { type, constraints, required } = column;
  const common = {
    id: fieldId(column),
    label: columnName(column, words),
    error,
    readOnly,
    required,
    withAsterisk: required,
  };
  const text = typeof raw === 'string' ? raw : '';
  const list = typeof raw === 'object' ? raw : [];
  const onText = (event: { readonly currentTarget: { readonly value: string } }): void =>
    onChange(event.currentTarget.value);
  switch (type.kind) {
    case 'boolean':
      return (
        <Switch
          id={common.id}
          className={classes['switch'] ?? ''}
          label={common.label}
          error={error}
          disabled={readOnly}
          checked={raw === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'reference':
      return (
        <RelationSelect
          {...common}
          table={type.table}
          value={text === '' ? null : text}
          onChange={(id) => onChange(id ?? '')}
        />
      );
    case 'references':
      return <RelationsSelect {...common} table={type.table} value={list} onChange={onChange} />;
    case 'set':
      return constraints.options ? (
        <MultiSelect {...common} value={[...list]} onChange={onChange} data={optionsOf(column)} searchable />
      ) : (
        <TagsInput {...common} value={[...list]} onChange={onChange} />
      );
    case 'url':
    case 'file':
      return <FileField {...common} column={column} value={text} onChange={onChange} />;
    case 'html':
    case 'markdown':
      return (
        <Textarea
          {...common}
          description={type.kind === 'html' ? words.editor.htmlHint : words.editor.markdownHint}
          classNames={{ input: classes['markup'] ?? '' }}
          value={text}
          onChange={onText}
          autosize
          minRows={5}
          maxRows={24}
        />
      );
    case 'text':
      return <TextField {...common} column={column} value={text} onText={onText} onChange={onChange} />;
    default:
      return <TypedField {...common} column={column} value={text} onText={onText} />;
  }
}

interface TextProps {
  readonly id: string;
  readonly label: string;
  readonly error: string | undefined;
  readonly readOnly: boolean;
  readonly required: boolean;
  readonly withAsterisk: boolean;
  readonly column: Column;
  readonly value: string;
  readonly onText: (event: { readonly currentTarget: { readonly value: string } }) => void;
}

function TextField({
  column,
  value,
  onText,
  onChange,
  ...common
}: TextProps & { readonly onChange: (raw: Raw) => void }): ReactElement {
  const words = useWords();
  const { constraints, required } = column;
  if (constraints.options) {
    return (
      <Select
        {...common}
        value={value === '' ? null : value}
        data={optionsOf(column, value)}
        onChange={(chosen) => onChange(chosen ?? '')}
        clearable={!required}
        clearButtonProps={{ 'aria-label': words.clear }}
        allowDeselect={false}
      />
    );
  }
  const { maxLength } = constraints;
  const isNearEnd = maxLength !== undefined && value.length > maxLength * 0.8;
  const hint = isNearEnd
    ? {
        description: words.editor.length(value.length, maxLength),
        inputWrapperOrder: ['label', 'input', 'description', 'error'] as (
          | 'label'
          | 'input'
          | 'description'
          | 'error'
        )[],
      }
    : {};
  return isLongText(column, value) ? (
    <Textarea {...common} {...hint} value={value} onChange={onText} autosize minRows={3} maxRows={24} />
  ) : (
    <TextInput {...common} {...hint} value={value} onChange={onText} />
  );
}

/** Numbers, dates and times. */
function TypedField({ column, value, onText, ...common }: TextProps): ReactElement {
  const { type, constraints } = column;
  const inputType = nativeInputType(type);
  if (inputType === 'number') {
    // A text field: number fields lose what they cannot read, and know one decimal sign only.
    const currency =
      type.kind === 'money'
        ? { rightSection: <span className={classes['unit']}>{type.currency}</span>, rightSectionWidth: 52 }
        : {};
    return <TextInput {...common} {...currency} inputMode="decimal" value={value} onChange={onText} />;
  }
  return (
    <TextInput
      {...common}
      type={inputType}
      value={value}
      onChange={onText}
      {...(constraints.min !== undefined && { min: constraints.min })}
      {...(constraints.max !== undefined && { max: constraints.max })}
      {...((type.kind === 'time' || type.kind === 'datetime') &&
        constraints.step !== undefined && { step: constraints.step })}
    />
  );
}

/** A value that is no option any more stays on offer while it is there. */
function optionsOf({ constraints }: Column, value = ''): { value: string; label: string }[] {
  const options = constraints.options ?? [];
  const all = value === '' || options.includes(value) ? options : [...options, value];
  return all.filter((each) => each !== '').map((each) => ({ value: each, label: plainName(each) }));
}

/** Whether a text takes several lines, as far as one can tell from its name, limits and value. */
function isLongText({ name, constraints, type }: Column, value: string): boolean {
  if (type.kind !== 'text' || constraints.pattern !== undefined) return false;
  if (value.includes('\n') || value.length > 70) return true;
  return (
    /body|message|text|descri|summary|notes?$|comment|bio|about|intro|content/.test(name) &&
    (constraints.maxLength ?? 999) > 120
  );
}

/** Whether a field takes the whole width. */
export function isWide(column: Column, raw: Raw): boolean {
  const { kind } = column.type;
  if (['html', 'markdown', 'url', 'file', 'references', 'set'].includes(kind)) return true;
  return (
    kind === 'text' &&
    column.constraints.options === undefined &&
    (typeof raw !== 'string' || isLongText(column, raw) || raw.length > 36)
  );
}
