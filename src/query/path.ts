import { foldName } from '../schema/index.ts';

const aggregatePattern = /^\s*(count|sum|min|max)\s*\(([^()]*)\)\s*$/i;

const aggregateNames = ['count', 'sum', 'min', 'max'] as const;

/** `count(x)`, `sum(x.y)`, `min(x.y)`, `max(x.y)` over a relation path. */
export interface Aggregate {
  readonly name: (typeof aggregateNames)[number];
  readonly inner: string;
}

/** Reads an aggregate; undefined for any other path. */
export function aggregateOf(path: string): Aggregate | undefined {
  const match = aggregatePattern.exec(path);
  const name = aggregateNames.find((each) => each === match?.[1]?.toLowerCase());
  return name && { name, inner: match?.[2]?.trim() ?? '' };
}

/**
 * Folds a path as columns' names are folded, segment by segment: `Section.Name` is `section.name`, `count(Dish)` is
 * `count(dish)`. A segment of which nothing would be left stays as it is written, and will be unknown.
 */
export function foldPath(path: string): string {
  const aggregate = aggregateOf(path);
  if (aggregate) return `${aggregate.name}(${foldPath(aggregate.inner)})`;
  return path
    .split('.')
    .map((segment) => foldName(segment) || segment)
    .join('.');
}
