import { Button, TextInput } from '@mantine/core';
import { useEffect, useEffectEvent, useState } from 'react';
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
import { SitePictures } from './site-pictures.tsx';
import { UploadLine } from './upload-line.tsx';
import { useUploads } from './use-uploads.ts';

interface FileFieldProps {
  readonly texts: FieldTexts;
  readonly column: Column;
  readonly value: string;
  readonly readOnly: boolean;
  readonly onChange: (value: string) => void;
  /** Hears whether something is being sent. */
  readonly onBusy: (isBusy: boolean) => void;
}

/** One file: uploaded, or a picture of the site, or (where the column takes addresses) anywhere. */
export function FileField({ texts, column, value, readOnly, onChange, onBusy }: FileFieldProps): ReactElement {
  const words = useWords();
  const takesAddresses = column.type.kind === 'url';
  const accept = column.hints?.accept ?? (takesAddresses ? 'image/*' : undefined);
  const [choosing, setChoosing] = useState(false);
  const [said, setSaid] = useState('');
  const [refused, setRefused] = useState<string>();
  const uploads = useUploads(({ path, filename }) => {
    onChange(path);
    setSaid(words.upload.done(filename));
  });
  const tellBusy = useEffectEvent(onBusy);
  useEffect(() => tellBusy(uploads.isSending), [uploads.isSending]);
  const take = ([file]: readonly File[]): void => {
    if (!file) return;
    setSaid('');
    if (!isAccepted(file, accept)) {
      setRefused(words.upload.wrongKind(accept ?? ''));
      return;
    }
    setRefused(undefined);
    for (const upload of uploads.uploads) uploads.drop(upload);
    uploads.send([file]);
  };
  const shown: FieldTexts = { ...texts, error: refused ?? texts.error };
  const description = describedBy(shown);
  const choose =
    value === '' ? (takesAddresses ? words.upload.choosePicture : words.upload.choose) : words.upload.replace;
  return (
    <FieldFrame texts={shown}>
      <DropZone disabled={readOnly} onFiles={take}>
        <div className={classes['file']}>
          <FilePreview path={value} />
          <div className={classes['about']}>
            {takesAddresses ? (
              <TextInput
                id={texts.id}
                aria-label={words.upload.address(texts.label)}
                aria-describedby={description}
                error={shown.error !== undefined}
                readOnly={readOnly}
                value={value}
                onChange={(event) => onChange(event.currentTarget.value)}
              />
            ) : (
              <span className={classes['name']}>{value === '' ? words.upload.none : fileName(value)}</span>
            )}
            {!readOnly && (
              <div className={classes['actions']}>
                <ChooseButton
                  {...(takesAddresses ? {} : { id: texts.id })}
                  label={choose}
                  accept={accept}
                  describedBy={description}
                  onFiles={take}
                />
                {takesAddresses && (
                  <Button
                    variant="default"
                    size="xs"
                    leftSection={<Icon name="picture" size={17} />}
                    onClick={() => setChoosing(true)}
                  >
                    {words.upload.fromSite}
                  </Button>
                )}
                {value !== '' && (
                  <Button variant="subtle" color="gray" size="xs" onClick={() => onChange('')}>
                    {words.upload.remove}
                  </Button>
                )}
                <span className={classes['dropHint']}>{words.upload.drop}</span>
              </div>
            )}
          </div>
        </div>
        {uploads.uploads.map((upload) => (
          <UploadLine key={upload.key} upload={upload} uploads={uploads} />
        ))}
        <p className={classes['said']} role="status">
          {said}
        </p>
      </DropZone>
      {choosing && (
        <SitePictures
          value={value}
          onChoose={(path) => {
            setChoosing(false);
            onChange(path);
          }}
          onClose={() => setChoosing(false)}
        />
      )}
    </FieldFrame>
  );
}
