import type { ColumnType } from '../api-types.ts';

/** Which columns are set to the right, so that digits stand under each other. */
export function isNumeric(type: ColumnType): boolean {
  return ['money', 'decimal', 'integer', 'real'].includes(type.kind);
}
