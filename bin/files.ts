/**
 * The frame of a verb that takes files, one after the other.
 *
 * @param read answers whether the file was accepted, having said so
 * @returns the exit code: 0, 1 when any file was refused, 2 without a file
 */
export async function forEachFile(args: string[], usage: string, read: (file: string) => Promise<boolean>): Promise<number> {
  const files = args.filter((arg) => arg !== '--');
  if (files.includes('--help') || files.includes('-h')) {
    console.log(usage);
    return 0;
  }
  if (files.length === 0) {
    console.error(usage);
    return 2;
  }
  let exitCode = 0;
  for (const file of files) if (!(await read(file))) exitCode = 1;
  return exitCode;
}
