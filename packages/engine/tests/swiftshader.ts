import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian's chromium ships SwiftShader, a Vulkan device in software: GPU code is tested without a GPU. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Where WebGPU is tested. */
export const hasSwiftshader = existsSync(SWIFTSHADER);

/** For the name of a test that needs it. */
export const swiftshaderNotice = hasSwiftshader
  ? 'on SwiftShader'
  : 'skipped: install chromium and libvulkan1 to run it on SwiftShader';

if (hasSwiftshader) {
  process.env.VK_ICD_FILENAMES ??= SWIFTSHADER;
  process.env.XDG_RUNTIME_DIR ??= mkdtempSync(join(tmpdir(), 'spotbench-xdg-'));
}
