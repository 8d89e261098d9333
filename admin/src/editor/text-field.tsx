import { Textarea, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import type { Column } from '../api-types.ts';
import { useWords } from '../words/words.ts';
import classes from './editor.module.css';
import { inputProps } from './field-props.ts';
import type { ControlProps } from './field-props.ts';

/** What keyboards, browsers and password managers should know of a kind of text. */
const kinds: Readonly<Record<string, { readonly type: string; readonly inputMode: 'email' | 'tel' | 'url' }>> = {
  email: { type: 'email', inputMode: 'email' },
  tel: { type: 'tel', inputMode: 'tel' },
  url: { type: 'url', inputMode: 'url' },
};

/** Words: one line, or as many as there are. */
export function TextField(props: ControlProps<string>): ReactElement {
  const { column, raw, readOnly, texts, onChange } = props;
  const words = useWords();
  const { maxLength } = column.constraints;
  const isNearEnd = maxLength !== undefined && raw.length > maxLength * 0.8;
  const common = {
    ...inputProps(props),
    ...(isNearEnd && { description: words.editor.length(raw.length, maxLength) }),
    value: raw,
    onChange: (event: { readonly currentTarget: { readonly value: string } }) => onChange(event.currentTarget.value),
  };
  if (isLongText(column, raw)) return <Textarea {...common} autosize minRows={3} maxRows={24} />;
  const control = column.hints?.control ?? '';
  if (control === 'color') {
    return (
      <TextInput
        {...common}
        rightSectionWidth={48}
        rightSection={
          <input
            type="color"
            className={classes['colour']}
            data-empty={raw === '' || undefined}
            aria-label={`${texts.label}: ${words.fields.colour}`}
            value={/^#[\da-f]{6}$/i.test(raw) ? raw : '#000000'}
            disabled={readOnly}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        }
      />
    );
  }
  // What is stored is shown and sent as it is: the browser's own completion of names is for visitors.
  return <TextInput {...common} {...kinds[control]} autoComplete="off" />;
}

/** Whether a text takes several lines: as its form says, else as its name, limits and value let one guess. */
export function isLongText({ name, constraints, type, hints }: Column, value: string): boolean {
  if (type.kind !== 'text') return false;
  if (value.includes('\n') || hints?.control === 'textarea') return true;
  if (constraints.pattern !== undefined || hints?.control !== undefined) return false;
  if (value.length > 70) return true;
  return (
    /body|message|text|descri|summary|notes?$|comment|bio|about|intro|content/.test(name) &&
    (constraints.maxLength ?? 999) > 120
  );
}
