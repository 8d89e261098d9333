import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { listChanges, readSummary } from '../api.ts';
import { ChangeItem } from '../history/change-item.tsx';
import historyClasses from '../history/history.module.css';
import { Icon } from '../icons.tsx';
import { Failure } from '../parts/failure.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { RowsSkeleton } from '../parts/rows-skeleton.tsx';
import { useSchema } from '../schema/schema.ts';
import { useSite } from '../schema/site.ts';
import { useSession } from '../session/session.ts';
import { useLocale, useWords } from '../words/words.ts';
import type { Words } from '../words/words.ts';
import { Attention } from './attention.tsx';
import { SubmissionsChart } from './chart.tsx';
import classes from './home.module.css';
import { Nothing, Section } from './section.tsx';

const CHANGES_SHOWN = 6;
const PAGES_SHOWN = 24;
const LOOK_MS = 60_000;

/** What has happened, and what there is to do. */
export function HomePage(): ReactElement {
  const words = useWords();
  const user = useSession().data?.user;
  const schema = useSchema();
  const summary = useQuery({
    queryKey: ['summary'],
    queryFn: ({ signal }) => readSummary(signal),
    refetchInterval: LOOK_MS,
  });
  const locale = useLocale();
  const [opened] = useState(() => new Date());
  const today = new Intl.DateTimeFormat(locale, { dateStyle: 'full' }).format(opened);
  return (
    <>
      <PageHead
        title={words.home.greeting(greetingAt(opened.getHours(), words), firstName(user?.name ?? ''))}
        lead={today}
      />
      {summary.isError && <Failure error={summary.error} retry={summary.refetch} />}
      {(summary.isPending || schema.isPending) && <RowsSkeleton count={4} />}
      {summary.data && schema.data && (
        <div className={classes['columns']}>
          <div className={classes['column']}>
            <Attention summary={summary.data} />
            <SubmissionsChart submissions={summary.data.submissions} />
          </div>
          <div className={classes['column']}>
            <RecentChanges />
            <Pages />
          </div>
        </div>
      )}
    </>
  );
}

function greetingAt(hour: number, { home }: Words): string {
  if (hour >= 4 && hour < 11) return home.morning;
  return hour >= 11 && hour < 18 ? home.day : home.evening;
}

function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? '';
}

function RecentChanges(): ReactElement {
  const words = useWords();
  const changes = useQuery({
    queryKey: ['changes', 'recent'],
    queryFn: ({ signal }) => listChanges({ limit: CHANGES_SHOWN }, null, signal),
    refetchInterval: LOOK_MS,
  });
  const shown = changes.data?.changes ?? [];
  return (
    <Section title={words.home.changes} aside={shown.length > 0 && <Link to="/changes">{words.home.allChanges}</Link>}>
      {changes.isError && <Failure error={changes.error} retry={changes.refetch} />}
      {changes.data && shown.length === 0 && <Nothing title={words.home.noChanges} text={words.home.noChangesText} />}
      <ol className={historyClasses['entries']}>
        {shown.map((change) => (
          <ChangeItem key={change.change} change={change} brief />
        ))}
      </ol>
    </Section>
  );
}

function Pages(): ReactElement | null {
  const words = useWords();
  const { site } = useSite();
  const paths = site.pages.toSorted();
  if (paths.length === 0) return null;
  return (
    <Section title={words.home.pages}>
      <ul className={classes['pages']}>
        {paths.slice(0, PAGES_SHOWN).map((path) => (
          <li key={path}>
            <a href={path} target="_blank" rel="noopener">
              {readable(path)}
              <Icon name="external" size={14} />
            </a>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function readable(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
