/** The official programs that are built where no server is given; their versions key the cache. */
export const serverVersion = '1.32.0';
export const webVersion = '2.55.0';
/** The oldest Go that builds them. */
export const goVersion = '1.26.8';
