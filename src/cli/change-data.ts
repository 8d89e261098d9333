import { callControl, folderHolder } from '../database/index.ts';
import { openData } from '../server/index.ts';
import type { OpenData } from '../server/index.ts';
import { memoryLog, systemClock, systemRandom } from '../std/index.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { dataPlace } from './place.ts';
import { programVersion } from './version.ts';

/**
 * Runs a command that writes: by the server that has the data folder, when there is one; else here. Both print the
 * same text.
 */
export async function changeData(
  input: CommandInput,
  context: CommandContext,
  command: string,
  args: unknown,
  here: (data: OpenData) => Promise<string>,
): Promise<string> {
  const place = dataPlace(input, context);
  if (!place.databaseUrl && folderHolder(place.dataDir)) {
    const answer = await callControl(place.dataDir, command, args);
    if (answer !== undefined) return String(answer as string);
  }
  const data = await openData({
    ...place,
    clock: systemClock,
    random: systemRandom,
    log: memoryLog(),
    program: await programVersion(),
  });
  try {
    return await here(data);
  } finally {
    await data.close();
  }
}
