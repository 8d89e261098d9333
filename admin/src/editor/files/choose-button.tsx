import { Button } from '@mantine/core';
import { useRef } from 'react';
import type { ReactElement } from 'react';
import { Icon } from '../../icons.tsx';

interface ChooseButtonProps {
  readonly id?: string;
  readonly label: string;
  readonly accept: string | undefined;
  readonly multiple?: boolean;
  /** Ids of what tells more about the field. */
  readonly describedBy?: string | undefined;
  readonly onFiles: (files: readonly File[]) => void;
}

/** Opens the system's choice of files. */
export function ChooseButton({
  id,
  label,
  accept,
  multiple = false,
  describedBy,
  onFiles,
}: ChooseButtonProps): ReactElement {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        {...(id !== undefined && { id })}
        variant="default"
        size="xs"
        leftSection={<Icon name="upload" size={17} />}
        aria-describedby={describedBy}
        onClick={() => input.current?.click()}
      >
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        multiple={multiple}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          // The same file may be chosen again.
          event.currentTarget.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}
