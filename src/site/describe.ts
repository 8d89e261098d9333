import type { Condition, Operand, Query } from '../query/index.ts';
import { typeLabel } from '../schema/index.ts';
import type { Column } from '../schema/index.ts';
import type { Audience } from './site.ts';

/** A query in words: `available is true, price at most 20, sorted by price (highest first), at most 12 rows`. */
export function describeQuery(query: Query): string {
  const parts = query.conditions.map(describeCondition);
  if (query.search) parts.push(`with the words ${describeOperand(query.search)}`);
  if (query.sort.length > 0) {
    const keys = query.sort.map(({ path, descending }) => (descending ? `${path} (highest first)` : path));
    parts.push(`sorted by ${keys.join(', then ')}`);
  }
  if (query.limit) parts.push(`at most ${describeOperand(query.limit)} rows`);
  if (query.page) parts.push(`page ${describeOperand(query.page)}`);
  return parts.join(', ');
}

const comparisons = { eq: 'is', min: 'at least', max: 'at most', not: 'is not', like: 'contains' } as const;

function describeCondition({ path, operator, operands }: Condition): string {
  if (operator === 'true') return `${path} is true or present`;
  if (operator === 'false') return `${path} is false or missing`;
  return `${path} ${comparisons[operator]} ${operands.map(describeOperand).join(' or ')}`;
}

function describeOperand(operand: Operand): string {
  if (operand.kind === 'text') return operand.text;
  if (operand.kind === 'path') return `{${operand.path}}`;
  return operand.kind;
}

/** An audience in words. */
export function describeAudience(who: Audience): string {
  switch (who) {
    case 'anyone':
      return 'anyone';
    case 'user':
      return 'anyone signed in';
    case 'own':
      return 'whoever made the row, and editors';
    case 'editor':
      return 'editors and admins';
    case 'admin':
      return 'admins';
    default:
      return `those with the role “${who}”, and admins`;
  }
}

/** A column's type and rules in words: `integer, required, from 1 to 12`. */
export function describeColumn(column: Column): string {
  const { min, max, step, minLength, maxLength, pattern, options } = column.constraints;
  const parts = [typeLabel(column.type)];
  if (column.required) parts.push('required');
  if (column.unique) parts.push('unique');
  if (min !== undefined) parts.push(`at least ${min}`);
  if (max !== undefined) parts.push(`at most ${max}`);
  if (step !== undefined) parts.push(`in steps of ${step}`);
  if (minLength !== undefined) parts.push(`at least ${minLength} characters`);
  if (maxLength !== undefined) parts.push(`at most ${maxLength} characters`);
  if (pattern !== undefined) parts.push(`matching ${pattern}`);
  if (options) parts.push(`one of ${options.join(', ')}`);
  return parts.join(', ');
}
