import { hubEndpoint, hubHeaders } from '../weights/hub.ts';
import type { WantedFile } from './wanted-files.ts';

const HUB = 'https://huggingface.co';

/** Addresses of a file and the headers to send there. The user's token goes to the hub, or the user's own mirror of it, only. */
export function requestFor({ addresses, access }: Pick<WantedFile, 'addresses' | 'access'>): {
  urls: readonly string[];
  headers?: Readonly<Record<string, string>>;
} {
  const urls = addresses.map((address) => address.replace(HUB, hubEndpoint()));
  const onHub = urls.every((url) => url.startsWith(`${hubEndpoint()}/`));
  return access === 'gated' && onHub ? { urls, headers: hubHeaders() } : { urls };
}

/** Why a program alone cannot fetch a file, and what the user has to do; undefined where it can. */
export function accessProblem({ addresses, access, note }: WantedFile, root: string): string | undefined {
  const more = note === undefined ? '' : ` (${note})`;
  if (access === 'by-hand' || addresses.length === 0)
    return `no address that a program could use${more}; get it by hand and put it below ${root} under that name`;
  if (access === 'open' || hubHeaders().authorization !== undefined) return undefined;
  return (
    `gated${more}; sign in at ${pageOf(addresses[0])}, accept the licence there, make an access token and set ` +
    `HF_TOKEN to it`
  );
}

/** The page of the repository that a file's address belongs to. */
const pageOf = (address: string): string => address.replace(/\/resolve\/.*$/, '');
