import { Input } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import classes from './editor.module.css';

/** What a control needs to know to be named and described. */
export interface FieldTexts {
  readonly id: string;
  readonly label: string;
  readonly description: string | undefined;
  readonly error: string | undefined;
  readonly required: boolean;
}

export function labelId(id: string): string {
  return `${id}-label`;
}

/** The ids of what describes a field, for `aria-describedby`. */
export function describedBy({ id, description, error }: FieldTexts): string | undefined {
  const ids = [
    ...(description === undefined ? [] : [`${id}-description`]),
    ...(error === undefined ? [] : [`${id}-error`]),
  ];
  return ids.length === 0 ? undefined : ids.join(' ');
}

/** Label, hint and error around a field made of several controls. */
export function FieldFrame({
  texts,
  children,
}: {
  readonly texts: FieldTexts;
  readonly children: ReactNode;
}): ReactElement {
  const { id, label, description, error, required } = texts;
  return (
    <div role="group" aria-labelledby={labelId(id)} aria-describedby={describedBy(texts)}>
      <Input.Label labelElement="div" className={classes['frameLabel'] ?? ''} id={labelId(id)} required={required}>
        {label}
      </Input.Label>
      {children}
      {description !== undefined && (
        <Input.Description id={`${id}-description`} mt={5}>
          {description}
        </Input.Description>
      )}
      {error !== undefined && (
        <Input.Error id={`${id}-error`} mt={5}>
          {error}
        </Input.Error>
      )}
    </div>
  );
}
