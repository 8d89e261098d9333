import { Alert } from '@mantine/core';
import type { ReactElement } from 'react';
import type { Progress } from '../operation.ts';
import list from '../parts/list.module.css';
import { useLocale, useWords } from '../words/words.ts';
import { writeSize } from './write-size.ts';

/** What is under way: the step, how far it is, and a bar where that can be known. */
export function ProgressCard({
  title,
  steps,
  progress: { step, bytes, bytesTotal },
}: {
  readonly title: string;
  readonly steps: Readonly<Record<string, string>>;
  readonly progress: Progress<string>;
}): ReactElement {
  const locale = useLocale();
  const said = (step === undefined ? undefined : steps[step]) ?? '';
  const total = bytesTotal === undefined || bytesTotal === 0 ? undefined : bytesTotal;
  const amounts = [bytes, total]
    .filter((amount) => amount !== undefined && amount > 0)
    .map((amount) => writeSize(amount ?? 0, locale));
  return (
    <section className={list['progress']} aria-label={title}>
      <p role="status">{said === '' ? title : said}…</p>
      <progress aria-label={title} {...(total === undefined ? {} : { value: bytes ?? 0, max: total })} />
      <small>{amounts.length > 0 ? amounts.join(' / ') : '\u00A0'}</small>
    </section>
  );
}

/** How it failed, in words that help. */
export function ProgressFailure({
  title,
  progress: { code = '', message = '' },
}: {
  readonly title: string;
  readonly progress: Progress<string>;
}): ReactElement {
  const words = useWords();
  return (
    <Alert color="red" variant="light" role="alert" title={title} mb="lg">
      {words.operation.backups.reasons[code] ?? message}
    </Alert>
  );
}
