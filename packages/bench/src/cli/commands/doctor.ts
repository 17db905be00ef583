import type { CommandModule } from 'yargs';

/** `spotbench doctor`: is this machine fit to run? */
export const doctorCommand: CommandModule = {
  command: 'doctor',
  describe: 'Check this machine, the data and the methods',
  builder: (argv) => argv.option('json', { boolean: true, describe: 'One JSON object for machines' }),
  handler: async (args) => {
    const { doctor } = await import('../../doctor/doctor.ts');
    process.exitCode = await doctor(args.json === true);
  },
};
