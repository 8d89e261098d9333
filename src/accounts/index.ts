/** Users, credentials, sessions, roles: who the actor is. */
export { accountTables, withAccountTables } from './account-tables.ts';
export { openAccounts } from './accounts.ts';
export type { Accounts, AccountsOptions } from './accounts.ts';
export type { Audit, AuditAction, AuditEvent, AuditVerdict } from './audit.ts';
export type { Session, SessionLifetime, SignedIn } from './sessions.ts';
export type { Setup, SetupOutcome, SetupRequest } from './setup.ts';
export type { SignInOutcome, SignInRequest } from './sign-in.ts';
export type { NewUser, User, UserOutcome, UserProblem, Users } from './users.ts';
