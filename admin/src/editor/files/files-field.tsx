import { ActionIcon } from '@mantine/core';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import type { Column } from '../../api-types.ts';
import { Icon } from '../../icons.tsx';
import { fileName } from '../../values/file-address.ts';
import { useWords } from '../../words/words.ts';
import { describedBy, FieldFrame } from '../field-frame.tsx';
import type { FieldTexts } from '../field-frame.tsx';
import { isAccepted } from './accept.ts';
import { ChooseButton } from './choose-button.tsx';
import { DropZone } from './drop-zone.tsx';
import { FilePreview } from './file-preview.tsx';
import classes from './files.module.css';
import { UploadLine } from './upload-line.tsx';
import { useUploads } from './use-uploads.ts';

interface FilesFieldProps {
  readonly texts: FieldTexts;
  readonly column: Column;
  readonly value: readonly string[];
  readonly readOnly: boolean;
  readonly onChange: (value: readonly string[]) => void;
  readonly onBusy: (isBusy: boolean) => void;
}

/** Several files in an order of their own. */
export function FilesField({ texts, column, value, readOnly, onChange, onBusy }: FilesFieldProps): ReactElement {
  const words = useWords();
  const accept = column.hints?.accept;
  const [said, setSaid] = useState('');
  const [refused, setRefused] = useState<string>();
  // Several uploads may end before any of them is drawn.
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  }, [value]);
  const put = (next: readonly string[]): void => {
    latest.current = next;
    onChange(next);
  };
  const uploads = useUploads(({ path, filename }) => {
    put([...latest.current, path]);
    setSaid(words.upload.done(filename));
  });
  const tellBusy = useEffectEvent(onBusy);
  useEffect(() => tellBusy(uploads.isSending), [uploads.isSending]);
  const take = (files: readonly File[]): void => {
    const taken = files.filter((file) => isAccepted(file, accept));
    setSaid('');
    setRefused(taken.length === files.length ? undefined : words.upload.wrongKind(accept ?? ''));
    if (taken.length > 0) uploads.send(taken);
  };
  const move = (index: number, by: -1 | 1): void => {
    const next = [...value];
    const [moved] = next.splice(index, 1);
    if (moved === undefined) return;
    next.splice(index + by, 0, moved);
    put(next);
  };
  const shown: FieldTexts = { ...texts, error: refused ?? texts.error };
  return (
    <FieldFrame texts={shown}>
      <DropZone disabled={readOnly} onFiles={take}>
        <ol className={classes['files']}>
          {value.map((path, index) => {
            const name = fileName(path);
            return (
              <li key={path} className={classes['one']}>
                <FilePreview path={path} />
                <span className={classes['name']}>{name}</span>
                {!readOnly && (
                  <ActionIcon.Group>
                    <ActionIcon
                      variant="default"
                      size={34}
                      aria-label={words.upload.before(name)}
                      disabled={index === 0}
                      onClick={() => move(index, -1)}
                    >
                      <Icon name="up" size={16} />
                    </ActionIcon>
                    <ActionIcon
                      variant="default"
                      size={34}
                      aria-label={words.upload.after(name)}
                      disabled={index === value.length - 1}
                      onClick={() => move(index, 1)}
                    >
                      <Icon name="down" size={16} />
                    </ActionIcon>
                    <ActionIcon
                      variant="default"
                      size={34}
                      aria-label={words.upload.removeOne(name)}
                      onClick={() => put(value.filter((each) => each !== path))}
                    >
                      <Icon name="trash" size={16} />
                    </ActionIcon>
                  </ActionIcon.Group>
                )}
              </li>
            );
          })}
        </ol>
        {uploads.uploads.map((upload) => (
          <UploadLine key={upload.key} upload={upload} uploads={uploads} />
        ))}
        {!readOnly && (
          <div className={classes['actions']}>
            <ChooseButton
              id={texts.id}
              label={words.upload.chooseSeveral}
              accept={accept}
              multiple
              describedBy={describedBy(shown)}
              onFiles={take}
            />
            <span className={classes['dropHint']}>{words.upload.drop}</span>
          </div>
        )}
        <p className={classes['said']} role="status">
          {said}
        </p>
      </DropZone>
    </FieldFrame>
  );
}
