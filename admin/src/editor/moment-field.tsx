import { TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { nativeInputType } from '../values/native-input.ts';
import { inputProps } from './field-props.ts';
import type { ControlProps } from './field-props.ts';

/** Dates and times, by the browser's own controls. */
export function MomentField(props: ControlProps<string>): ReactElement {
  const { column, raw, onChange } = props;
  const { min, max, step } = column.constraints;
  return (
    <TextInput
      {...inputProps(props)}
      type={nativeInputType(column.type)}
      value={raw}
      onChange={(event) => onChange(event.currentTarget.value)}
      {...(min !== undefined && { min })}
      {...(max !== undefined && { max })}
      {...(step !== undefined && { step })}
    />
  );
}
