export declare const root: string;
export declare function run(command: string, args: readonly string[], options?: object): Promise<number>;
export declare function withLock<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
export declare function ensurePackages(): Promise<void>;
export declare function ensureBuild(options?: { readonly force?: boolean }): Promise<void>;
export declare function runTypeScript(path: string, args?: readonly string[]): Promise<number>;
