import { relative } from 'node:path';
import { folderHolder } from '../database/index.ts';
import type { Site } from '../site/index.ts';
import { BacklotError, formatDiagnostic, memoryLog, systemRandom } from '../std/index.ts';
import type { Clock } from '../std/index.ts';
import { lastBackup } from './backups.ts';
import { lookAtFolder } from './doctor-folder.ts';
import type { Machine } from './doctor-folder.ts';
import { lookAtMail, lookAtOrigins, lookAtProxies, lookAtServer } from './doctor-network.ts';
import type { Network } from './doctor-network.ts';
import { jobsOf } from './job-commands.ts';
import type { DataPlace, OpenData } from './open-data.ts';
import { describeStep } from './schema-commands.ts';
import type { Settings } from './settings.ts';

/** One thing that was looked at. */
export interface Finding {
  /** `mend`: something does not work or is not safe. `advice`: it works, and could be better. */
  readonly state: 'good' | 'advice' | 'mend';
  /** What it is about, in a word or two. */
  readonly subject: string;
  /** What was found, and what to do. */
  readonly text: string;
}

export interface ExamineOptions {
  readonly place: DataPlace;
  readonly settings: Settings;
  /** The folder that is served; undefined where none is known. */
  readonly site: Site | undefined;
  /** Open to read; undefined where there is none yet. */
  readonly data: OpenData | undefined;
  readonly network: Network;
  readonly machine: Machine;
  readonly clock: Clock;
}

const nothing: Promise<Finding[]> = Promise.resolve([]);

/**
 * Looks at everything that a site needs in order to go live and stay well, beside a running server. Nothing is changed.
 * What cannot be looked at is a finding too.
 */
export async function examine(options: ExamineOptions): Promise<readonly Finding[]> {
  const { place, settings, network, machine } = options;
  const holder = place.databaseUrl === undefined ? folderHolder(place.dataDir) : undefined;
  const [server, domain, mail, folder, backups, jobs, schema] = await Promise.all([
    lookAtServer(holder?.address, place.databaseUrl !== undefined, network),
    lookAtOrigins(settings.origin, network),
    lookAtMail(settings, network),
    options.data ? lookAtFolder(place.dataDir, machine) : nothing,
    options.data ? lookAtBackups(place.dataDir, settings, options.clock) : nothing,
    options.data ? lookAtJobs(options.data, options.clock) : nothing,
    lookAtSchema(options),
  ]);
  return [
    ...lookAtPrograms(machine),
    ...server,
    ...domain,
    ...lookAtProxies(settings),
    ...mail,
    ...folder,
    ...backups,
    ...jobs,
    lookAtTimeZone(settings),
    ...lookAtLimits(settings),
    ...lookAtPages(options.site),
    ...schema,
  ];
}

const nodeVersionMin = '24.18.0';
const sqliteVersionMin = '3.51.3';

function lookAtPrograms({ versions }: Machine): Finding[] {
  return [
    lookAtVersion('Node', versions.node, nodeVersionMin, 'Install a newer Node.'),
    lookAtVersion('SQLite', versions.sqlite, sqliteVersionMin, 'It comes with Node: install a newer one.'),
  ];
}

function lookAtVersion(subject: string, version: string, least: string, fix: string): Finding {
  if (version.localeCompare(least, 'en', { numeric: true }) >= 0)
    return { state: 'good', subject, text: `${version}.` };
  return { state: 'mend', subject, text: `${version} is too old: at least ${least} is needed. ${fix}` };
}

const DAY_MS = 24 * 60 * 60 * 1000;

async function lookAtBackups(dataDir: string, { dailyBackup }: Settings, clock: Clock): Promise<Finding[]> {
  const subject = 'Backups';
  const isDaily = dailyBackup !== 'off';
  const last = await lastBackup(dataDir);
  if (!last) {
    const text = 'There is none yet. Make the first now: backlot backup.';
    const off = ' dailyBackup is off: set it to a time, or make one every day yourself.';
    return [{ state: 'mend', subject, text: isDaily ? text : text + off }];
  }
  const days = Math.floor((clock.now() - last.takenMs) / DAY_MS);
  const when = days <= 0 ? 'less than a day ago' : `${days} day${days === 1 ? '' : 's'} ago`;
  const text = `The last was made ${when}: ${last.file}.`;
  if (days >= 2 && isDaily) {
    const why = `One should be made every day at ${dailyBackup}: backlot jobs list and the server’s log say why not.`;
    return [{ state: 'mend', subject, text: `${text} ${why}` }];
  }
  if (days >= 2) {
    const fix = 'Set dailyBackup to a time, or make one every day yourself.';
    return [{ state: days >= 7 ? 'mend' : 'advice', subject, text: `${text} ${fix}` }];
  }
  if (!relative(dataDir, last.file).startsWith('..')) {
    const fix = 'It is on the same disk: copy it to another machine too, as docs/deploy.md shows.';
    return [{ state: 'advice', subject, text: `${text} ${fix}` }];
  }
  return [{ state: 'good', subject, text }];
}

/** Mails and other work that nobody will do any more unless asked. */
async function lookAtJobs(data: OpenData, clock: Clock): Promise<Finding[]> {
  const jobs = await jobsOf(data, { clock, random: systemRandom, log: memoryLog() }).catch((error: unknown) => {
    // Data that no server has opened yet has no table for them, and this one is open to read.
    if (error instanceof BacklotError && error.code === 'database/read-only') return undefined;
    throw error;
  });
  const failed = (await jobs?.list('failed', 1000)) ?? [];
  await jobs?.close(0);
  const subject = 'Mails and jobs';
  if (failed.length === 0) return [{ state: 'good', subject, text: 'None has failed.' }];
  const what = failed.length === 1 ? 'One has' : `${failed.length} have`;
  return [{ state: 'mend', subject, text: `${what} failed for good: backlot jobs list says why.` }];
}

function lookAtTimeZone({ timeZone }: Settings): Finding {
  const subject = 'Time zone';
  if (!/^(?:Etc\/)?(?:UTC|GMT)$/.test(timeZone)) return { state: 'good', subject, text: `${timeZone}.` };
  return { state: 'advice', subject, text: 'Times are shown in UTC. If visitors live elsewhere, set timeZone.' };
}

function lookAtLimits({ rateLimit, contentSecurityPolicy }: Settings): Finding[] {
  const findings: Finding[] = [];
  if (rateLimit === 'off') {
    const text = 'rateLimit is off: anyone may post as often as they like. Turn it on.';
    findings.push({ state: 'mend', subject: 'Limits', text });
  }
  if (contentSecurityPolicy !== 'enforce') {
    const text = 'It is not enforced. backlot check prints what pages need; then set contentSecurityPolicy to enforce.';
    findings.push({ state: 'advice', subject: 'Content policy', text });
  }
  return findings;
}

function lookAtPages(site: Site | undefined): Finding[] {
  const subject = 'Pages';
  if (!site) return [{ state: 'advice', subject, text: 'No site is known yet. Serve one, or name it with --site.' }];
  const [first, ...others] = site.diagnostics.filter(({ severity }) => severity === 'error');
  if (!first) return [{ state: 'good', subject, text: `${site.dir}: no errors.` }];
  const more = others.length === 0 ? '' : ` And ${others.length} more: backlot check shows them.`;
  return [{ state: 'mend', subject, text: `${formatDiagnostic(first)}${more}` }];
}

async function lookAtSchema({ site, data }: ExamineOptions): Promise<Finding[]> {
  const subject = 'Tables';
  if (!data) return [{ state: 'advice', subject, text: 'There is no data yet: serve the site once.' }];
  if (!site) return [];
  const plan = await data.tables.plan(site.schema);
  const renames = plan.steps.filter(({ kind }) => kind === 'rename-proposed');
  const findings: Finding[] = renames.map((step) => ({ state: 'advice', subject, text: `${describeStep(step)}.` }));
  const waiting = plan.steps.length - renames.length;
  if (waiting > 0 && !plan.additive) {
    const text =
      'They do not fit the files. backlot plan shows what would change, backlot apply does it after a backup.';
    findings.push({ state: 'mend', subject, text });
  } else if (waiting > 0) {
    const text = 'The files have more than the tables: restart the server, it adds what is new.';
    findings.push({ state: 'advice', subject, text });
  }
  return findings.length > 0 ? findings : [{ state: 'good', subject, text: 'They fit the files.' }];
}
