import { changeJobs, describeJobs, jobsOf } from '../server/index.ts';
import type { JobsCommand, OpenData } from '../server/index.ts';
import { changeData } from './change-data.ts';
import { dataOptions, usageError } from './command.ts';
import type { Command, CommandContext, CommandInput } from './command.ts';
import { dataOptionsOf, withDataToRead } from './place.ts';

/** Shows and mends what was to be done after a commit and could not be. */
export const jobs: Command = {
  name: 'jobs',
  usage: 'list|retry|discard [ID|all]',
  summary: 'lists mails and other work that failed, tries them again or discards them',
  description:
    'Mails and other work that follows a change are jobs. backlot jobs list shows those that failed for good and those that ' +
    'failed and are tried again by themselves; backlot jobs retry ID tries a failed one again; backlot jobs discard ID forgets ' +
    'it. all in place of ID means all that failed. Done by the running server when there is one.',
  example: 'backlot jobs retry all',
  options: { data: dataOptions.data, database: dataOptions.database },
  wordsMin: 0,
  wordsMax: 2,
  async run(input, context) {
    const [action = 'list', id] = input.words;
    if (action === 'list') {
      if (id !== undefined) throw usageError('jobs list takes no id.');
      return await list(input, context);
    }
    if (action !== 'retry' && action !== 'discard') {
      throw usageError(`jobs does not know "${action}"; it takes list, retry or discard.`);
    }
    if (id === undefined) throw usageError(`jobs ${action} needs an id, or all: ${jobs.example}.`);
    return await change(input, context, { action, id });
  },
};

async function list(input: CommandInput, context: CommandContext): Promise<number> {
  return await withDataToRead(input, context, async (data) => {
    context.stdout.write(await withJobs(input, context, data, (opened) => describeJobs(opened, data.tables)));
    return 0;
  });
}

async function change(input: CommandInput, context: CommandContext, asked: JobsCommand): Promise<number> {
  const said = await changeData(input, context, 'jobs', { ...asked }, (data) =>
    withJobs(input, context, data, (opened) => changeJobs(opened, asked)),
  );
  context.stdout.write(said);
  return 0;
}

async function withJobs<T>(
  input: CommandInput,
  context: CommandContext,
  data: OpenData,
  work: (opened: Awaited<ReturnType<typeof jobsOf>>) => Promise<T>,
): Promise<T> {
  const opened = await jobsOf(data, await dataOptionsOf(input, context));
  try {
    return await work(opened);
  } finally {
    await opened.close(0);
  }
}
