import { callControl, folderHolder } from '../database/index.ts';
import { openData, refuseNoData } from '../server/index.ts';
import type { OpenData } from '../server/index.ts';
import type { BacklotError } from '../std/index.ts';
import { backupsHere } from './backup.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { dataOptionsOf, dataPlace, hasCode } from './place.ts';

/**
 * Runs a command that writes: by the server that has the data folder, when there is one; else here. Both print the
 * same text.
 */
export async function changeData(
  input: CommandInput,
  context: CommandContext,
  command: string,
  args: Readonly<Record<string, string>>,
  here: (data: OpenData) => Promise<string>,
): Promise<string> {
  const place = dataPlace(input, context);
  refuseNoData(place);
  let data: OpenData;
  try {
    data = await openData({
      ...(await dataOptionsOf(input, context)),
      // The first to write to data of an older version may be a command.
      onUpgrade: async (older) => void (await (await backupsHere(input, context, older)).make('before-upgrade')),
    });
  } catch (error) {
    if (!hasCode(error, 'database/in-use')) throw error;
    return await callServer(place.dataDir, command, args, error);
  }
  try {
    return await here(data);
  } finally {
    await data.close();
  }
}

async function callServer(dataDir: string, command: string, args: unknown, inUse: BacklotError): Promise<string> {
  try {
    return String(await callControl(dataDir, command, args));
  } catch (error) {
    // Held by something that takes no commands: another command, or a server that is only starting.
    if (hasCode(error, 'database/control') && folderHolder(dataDir)?.address === undefined) throw inUse;
    throw error;
  }
}
