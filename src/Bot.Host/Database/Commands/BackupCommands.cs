using System.CommandLine;
using Bot.Host.Database.Postgres;

namespace Bot.Host.Database.Commands;

/// <summary>The commands <c>db backup</c> and <c>db restore</c>.</summary>
internal static class BackupCommands
{
    public static Command Backup(Func<DatabaseCommandSettings> settings, Option<string?> server)
    {
        var file = FileArgument("The file to write; it must not be there yet");
        var command = new Command("backup", "Write everything into one file; the bot may run") { file };
        command.SetAction(parsed => DatabaseCommands.Run(parsed, settings, server, async (session, output, _, cancellation) =>
        {
            var target = parsed.GetRequiredValue(file);
            if (target.Exists)
                throw new DatabaseSetupException($"{target.FullName} is there already.", "Choose another name: a backup is never overwritten.");
            var unfinished = $"{target.FullName}.unfinished";
            try
            {
                // One consistent picture, however much the bot writes meanwhile.
                await RunAsync(session, "pg_dump", ["--format=custom", "--no-password", "--file", unfinished], "Writing the backup", cancellation);
                File.Move(unfinished, target.FullName);
            }
            finally
            {
                File.Delete(unfinished);
            }
            target.Refresh();
            await output.WriteLineAsync($"{target.FullName}: {target.Length / 1024.0 / 1024.0:0.0} MB");
            return 0;
        }));
        return command;
    }

    public static Command Restore(Func<DatabaseCommandSettings> settings, Option<string?> server)
    {
        var file = FileArgument("A file that db backup has written");
        var force = new Option<bool>("--force") { Description = "Also when the database holds rows: they are replaced" };
        var command = new Command("restore", "Replace everything by what a backup holds; no bot may run") { file, force };
        command.SetAction(parsed => DatabaseCommands.Run(parsed, settings, server, async (session, output, _, cancellation) =>
        {
            var source = parsed.GetRequiredValue(file);
            if (!source.Exists)
                throw new DatabaseSetupException($"There is no file {source.FullName}.", "Name one that db backup has written.");
            if (session.IsVisit)
                throw new DatabaseSetupException("A bot is at work on this database.", "Stop it before replacing its data.");
            var lost = await session.LostByRollbackAsync(0, cancellation);
            if (lost.Count > 0 && !parsed.GetValue(force))
                throw new DatabaseSetupException(
                    $"The database holds rows that would be replaced: {string.Join(", ", lost)}.", "Make a backup of them first, then add --force if you mean it.");
            // All of it or nothing: a backup that is damaged leaves the database as it was.
            await RunAsync(
                session,
                "pg_restore",
                ["--clean", "--if-exists", "--no-owner", "--exit-on-error", "--single-transaction", "--no-password", "--dbname", session.OwnerDatabase, source.FullName],
                "Restoring the backup",
                cancellation);
            await output.WriteLineAsync("Restored. ./bot db migrate applies what is newer than the backup.");
            return 0;
        }));
        return command;
    }

    /// <summary>A file's name. What begins like an option was meant as one: it would become a file with an odd name.</summary>
    private static Argument<FileInfo> FileArgument(string description)
    {
        var file = new Argument<FileInfo>("file") { Description = description };
        file.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(t => t.Value.StartsWith('-')) is { } option)
                result.AddError($"'{option.Value}' is no option of this command; a file of that name is written as ./{option.Value}.");
        });
        return file;
    }

    private static async Task RunAsync(DatabaseSession session, string program, IReadOnlyList<string> arguments, string what, CancellationToken cancellation)
    {
        var binaries = await session.BinariesAsync(cancellation);
        using var login = await LibpqLogin.FromAsync(session.Connections.Owner, cancellation);
        var result = await ChildProcess.RunAsync(binaries.PathOf(program), arguments, cancellation, login.Environment);
        if (result.ExitCode != 0)
            throw ServerFailure.Explain(what, result.Text);
    }
}
