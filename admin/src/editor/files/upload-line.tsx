import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { failureText } from '../../parts/failure.tsx';
import { Problem } from '../../problem.ts';
import { useLocale, useWords } from '../../words/words.ts';
import type { Words } from '../../words/words.ts';
import classes from './files.module.css';
import type { Upload, Uploads } from './use-uploads.ts';

/** A file on its way: how far it is, or why it stopped. */
export function UploadLine({
  upload,
  uploads,
}: {
  readonly upload: Upload;
  readonly uploads: Pick<Uploads, 'retry' | 'drop'>;
}): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const { file, part, failure } = upload;
  if (failure !== undefined) {
    return (
      <div className={classes['failed']} role="alert">
        <p>
          <strong>{words.upload.failed(file.name)}.</strong> {reasonOf(failure, words)}
        </p>
        <div className={classes['actions']}>
          <Button size="xs" variant="default" onClick={() => uploads.retry(upload)}>
            {words.tryAgain}
          </Button>
          <Button size="xs" variant="subtle" color="gray" onClick={() => uploads.drop(upload)}>
            {words.cancel}
          </Button>
        </div>
      </div>
    );
  }
  const label = words.upload.sending(file.name);
  return (
    <div className={classes['sending']}>
      <span className={classes['sendingName']}>{label}</span>
      <span className={classes['percent']} aria-hidden="true">
        {part.toLocaleString(locale, { style: 'percent' })}
      </span>
      <progress className={classes['progress']} max={1} value={part} aria-label={label} />
      <Button size="xs" variant="subtle" color="gray" onClick={() => uploads.drop(upload)}>
        {words.cancel}
      </Button>
    </div>
  );
}

/** Why a file was not taken, in the reader's language where it is one of the known reasons. */
function reasonOf(failure: unknown, words: Words): string {
  const [refusal] = failure instanceof Problem ? failure.fields : [];
  return refusal ? (words.upload.refused[refusal.code] ?? refusal.message) : failureText(failure, words);
}
