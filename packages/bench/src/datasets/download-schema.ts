import { z } from 'zod';
import { relativePath } from './path-schema.ts';

/** A file of an archive and where it goes. `{section}`, `{patient}` and the section's own names are filled in. */
const member = z.strictObject({
  from: z
    .string()
    .min(1)
    .describe(
      'Path inside the archive; {section} makes it one member a section. Of a gz, which has no names, it says nothing.',
    ),
  to: relativePath.describe('Path below the data root; unpacked when `from` ends in .gz and this does not.'),
});

const hex = (digits: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));

/** A file to fetch. What is not known is null: nothing is ever checked against a made-up number. */
export const download = z
  .strictObject({
    file: relativePath.describe('Path below the data root; {section} makes it one file a section.'),
    addresses: z
      .array(z.url())
      .describe('Where it is, mirrors last; {section} and the like are filled in. None: by hand.'),
    sections: z.array(z.string()).min(1).optional().describe('Sections that {section} stands for; all where absent.'),
    access: z
      .enum(['open', 'gated', 'by-hand'])
      .describe('open: fetched as it is; gated: needs an account and consent; by-hand: no stable address.'),
    bytes: z.int().positive().nullable(),
    sha256: hex(64)
      .nullable()
      .describe('null: recorded at the first download that reads without fault, in a lock file.'),
    md5: hex(32).optional().describe("The publisher's, where that is all there is."),
    unpack: z
      .strictObject({
        kind: z.enum(['zip', 'tar', 'tar.gz', 'gz']),
        passwordFrom: z.string().optional().describe('Who tells the password of an encrypted archive.'),
        members: z.array(member).describe('Empty: everything, under the names of the archive.'),
      })
      .optional(),
    note: z.string().optional(),
  })
  .meta({ id: 'download' });

export type DownloadEntry = z.infer<typeof download>;
