/**
 * Names that methods may have: lower-case words joined by single hyphens, which package names, targets and cell ids, whose fields
 * two hyphens part, can all hold; shorter than any file system's limit.
 */
export const METHOD_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const LONGEST_METHOD_NAME = 50;
