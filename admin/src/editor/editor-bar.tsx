import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useWords } from '../words/words.ts';
import classes from './editor.module.css';

interface EditorBarProps {
  readonly isNew: boolean;
  readonly isDirty: boolean;
  readonly isSaving: boolean;
  /** A file is still being sent. */
  readonly isBusy: boolean;
  /** Undefined where no other row is to be made. */
  readonly onSaveAndNew: (() => void) | undefined;
  readonly onDiscard: () => void;
}

/** What can be done with what has been typed. Saving is the form's own button. */
export function EditorBar(props: EditorBarProps): ReactElement {
  const { isNew, isDirty, isSaving, isBusy, onSaveAndNew, onDiscard } = props;
  const words = useWords();
  return (
    <div className={classes['bar']}>
      <span className={classes['state']} role="status">
        {isBusy ? words.editor.uploading : isDirty ? words.editor.unsaved : ''}
      </span>
      {isDirty && !isNew && (
        <Button variant="default" onClick={onDiscard}>
          {words.editor.discard}
        </Button>
      )}
      {isDirty && onSaveAndNew && (
        <Button variant="default" disabled={isBusy || isSaving} onClick={onSaveAndNew}>
          {words.editor.saveAndNew}
        </Button>
      )}
      <Button type="submit" loading={isSaving} disabled={!isDirty || isBusy}>
        {words.save}
      </Button>
    </div>
  );
}
