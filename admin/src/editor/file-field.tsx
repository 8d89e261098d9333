import { TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import type { Column } from '../api-types.ts';
import { ShownValue } from '../values/shown-value.tsx';
import classes from './editor.module.css';

interface FileFieldProps {
  readonly id: string;
  readonly label: string;
  readonly error: string | undefined;
  readonly readOnly: boolean;
  readonly required: boolean;
  readonly withAsterisk: boolean;
  readonly column: Column;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** An address on this site or elsewhere, with the picture it leads to. */
export function FileField({ column, value, onChange, ...common }: FileFieldProps): ReactElement {
  const isPicture = /^\/(?!\/).*\.(?:svg|png|jpe?g|gif|webp|avif)$/i.test(value);
  return (
    <div className={classes['file']}>
      {isPicture && (
        <span className={classes['fileShown']}>
          <ShownValue column={column} value={value} brief />
        </span>
      )}
      <TextInput
        {...common}
        className={classes['fileAddress'] ?? ''}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </div>
  );
}
