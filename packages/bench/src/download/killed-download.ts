/** Downloads one file; a test kills the process that runs this. Arguments: address, path, SHA-256. */
import { downloadFile } from './download-file.ts';

const [url, path, sha256] = process.argv.slice(2);
await downloadFile({ urls: [url], path, sha256 }, { retries: 0 });
