/** Schema, plan of changes, records (the write path), access rules, change log and its feed, search. */
export { authorise, membershipOf, parseWho } from './access.ts';
export type { AccessRule, Action, Decision, Who } from './access.ts';
export type { Placed } from './derive-names.ts';
export { hookFault } from './change-hooks.ts';
export type { ChangedRow, ChangeHooks, Guard, HookRefusal, HookScope, Operation, Transformed } from './change-hooks.ts';
export { fits } from './check-values.ts';
export { deriveSchema } from './derive.ts';
export type { Derived } from './derive.ts';
export { openTables } from './open.ts';
export type { TablesOptions } from './open.ts';
export type { PageIndex } from './page-indexes.ts';
export { additiveSubset } from './plan.ts';
export { positionBetween } from './position.ts';
export { isServerTable } from './reserved.ts';
export type * from './tables.ts';
