import { useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import classes from './files.module.css';

/** Takes files that are dropped or pasted on what stands inside. */
export function DropZone({
  disabled,
  onFiles,
  children,
}: {
  readonly disabled: boolean;
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ReactNode;
}): ReactElement {
  const [isOver, setOver] = useState(false);
  if (disabled) return <div className={classes['zone']}>{children}</div>;
  return (
    <div
      className={classes['zone']}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        if (event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        setOver(false);
        onFiles([...event.dataTransfer.files]);
      }}
      onPaste={(event) => {
        if (event.clipboardData.files.length === 0) return;
        event.preventDefault();
        onFiles([...event.clipboardData.files]);
      }}
    >
      {children}
    </div>
  );
}
