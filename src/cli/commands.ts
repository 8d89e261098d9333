import { access } from './access.ts';
import { apply } from './apply.ts';
import { backup } from './backup.ts';
import { check } from './check.ts';
import type { Command } from './command.ts';
import { dev } from './dev.ts';
import { doctor } from './doctor.ts';
import { explain } from './explain.ts';
import { exportTable } from './export.ts';
import { jobs } from './jobs.ts';
import { plan } from './plan.ts';
import { rename } from './rename.ts';
import { restore } from './restore.ts';
import { schema } from './schema.ts';
import { serve } from './serve.ts';
import { types } from './types.ts';
import { user } from './user.ts';
import { sync } from './sync.ts';

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [
  serve,
  dev,
  check,
  explain,
  access,
  schema,
  types,
  plan,
  apply,
  rename,
  sync,
  exportTable,
  user,
  jobs,
  backup,
  restore,
  doctor,
];
