import { useState } from 'react';
import type { KeyboardEvent, PointerEvent, ReactElement } from 'react';
import type { Summary } from '../api-types.ts';
import { plainName, tableName } from '../schema/names.ts';
import { submissionTables } from '../inbox/submissions.ts';
import { useSchema } from '../schema/schema.ts';
import { writeValue } from '../values/write-value.ts';
import { useLocale, useWords } from '../words/words.ts';
import classes from './home.module.css';
import { Nothing, Section } from './section.tsx';

/** Units of the drawing; it is stretched to the width there is. */
const BAR = 10;
const GAP = 2.4;
const HEIGHT = 100;

interface Day {
  readonly date: string;
  readonly total: number;
  /** By name of table, those that brought something. */
  readonly parts: readonly (readonly [string, number])[];
}

/** How much visitors sent on each of the last days: bars to look at, values by pointer and keyboard, and a table. */
export function SubmissionsChart({ submissions }: { readonly submissions: Summary['submissions'] }): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const schema = useSchema().data;
  const days = daysOf(submissions);
  const total = days.reduce((sum, day) => sum + day.total, 0);
  if (total === 0) {
    const paths = submissionTables(schema).flatMap((table) => table.paths);
    return (
      <Section title={words.home.chart}>
        <Nothing title={words.home.chartNone} text={words.home.chartNoneText([...new Set(paths)])} />
      </Section>
    );
  }
  const nameOf = (name: string): string => {
    const table = schema?.tables.find((each) => each.name === name);
    return table ? tableName(table) : plainName(name);
  };
  return (
    <Section title={words.home.chart} aside={<span>{words.home.chartTotal(total.toLocaleString(locale))}</span>}>
      <Bars days={days} total={total} nameOf={nameOf} />
      <AsTable days={days} tables={submissions.tables.map(({ table }) => table)} nameOf={nameOf} />
    </Section>
  );
}

function daysOf({ days, tables }: Summary['submissions']): readonly Day[] {
  return days.map((date, index) => {
    const parts = tables.map(({ table, counts }) => [table, counts[index] ?? 0] as const).filter(([, n]) => n > 0);
    return { date, parts, total: parts.reduce((sum, [, n]) => sum + n, 0) };
  });
}

interface BarsProps {
  readonly days: readonly Day[];
  readonly total: number;
  readonly nameOf: (table: string) => string;
}

function Bars({ days, total, nameOf }: BarsProps): ReactElement {
  const words = useWords();
  const locale = useLocale();
  const [chosen, setChosen] = useState(days.length - 1);
  const most = Math.max(...days.map((day) => day.total));
  const best = days.find((day) => day.total === most)!;
  const shown = days[chosen]!;
  const write = (date: string): string => writeValue({ kind: 'date' }, date, locale);
  const tell = ({ date, total: count, parts }: Day): string => {
    const named =
      parts.length > 1
        ? ` (${parts.map(([table, n]) => `${nameOf(table)} ${n.toLocaleString(locale)}`).join(', ')})`
        : '';
    return `${write(date)}: ${count.toLocaleString(locale)}${named}`;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = {
      ArrowLeft: chosen - 1,
      ArrowDown: chosen - 1,
      ArrowRight: chosen + 1,
      ArrowUp: chosen + 1,
      Home: 0,
      End: days.length - 1,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setChosen(Math.min(Math.max(next, 0), days.length - 1));
  };
  const onPointer = (event: PointerEvent): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const index = Math.floor(((event.clientX - left) / width) * days.length);
    setChosen(Math.min(Math.max(index, 0), days.length - 1));
  };
  return (
    <div className={classes['chart']}>
      <p className={classes['chartTold']} aria-hidden="true">
        {tell(shown)}
      </p>
      <div
        className={classes['bars']}
        role="slider"
        tabIndex={0}
        aria-label={`${words.home.chart}. ${words.home.chartSummary(total.toLocaleString(locale), most.toLocaleString(locale), write(best.date))} ${words.home.chartHint}`}
        aria-valuemin={1}
        aria-valuemax={days.length}
        aria-valuenow={chosen + 1}
        aria-valuetext={tell(shown)}
        onKeyDown={onKeyDown}
        onPointerMove={onPointer}
        onPointerDown={onPointer}
      >
        <svg
          viewBox={`0 0 ${days.length * BAR} ${HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
          focusable="false"
        >
          {days.map((day, index) => {
            const height = day.total === 0 ? 1.5 : Math.max((day.total / most) * HEIGHT, 5);
            return (
              <rect
                key={day.date}
                className={classes['bar']}
                data-chosen={index === chosen}
                data-empty={day.total === 0}
                x={index * BAR + GAP / 2}
                y={HEIGHT - height}
                width={BAR - GAP}
                height={height}
              />
            );
          })}
        </svg>
      </div>
      <p className={classes['chartEnds']} aria-hidden="true">
        <span>{write(days[0]!.date)}</span>
        <span>{write(days.at(-1)!.date)}</span>
      </p>
    </div>
  );
}

function AsTable({
  days,
  tables,
  nameOf,
}: {
  readonly days: readonly Day[];
  readonly tables: readonly string[];
  readonly nameOf: (table: string) => string;
}): ReactElement {
  const words = useWords();
  const locale = useLocale();
  return (
    <details className={classes['asTable']}>
      <summary>{words.home.asTable}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.home.day30}</th>
            {tables.map((table) => (
              <th key={table} scope="col">
                {nameOf(table)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days
            .filter(({ total }) => total > 0)
            .toReversed()
            .map(({ date, parts }) => (
              <tr key={date}>
                <th scope="row">{writeValue({ kind: 'date' }, date, locale)}</th>
                {tables.map((table) => (
                  <td key={table}>{(parts.find(([name]) => name === table)?.[1] ?? 0).toLocaleString(locale)}</td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </details>
  );
}
