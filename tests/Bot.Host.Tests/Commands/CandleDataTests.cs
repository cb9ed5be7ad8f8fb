using System.Globalization;
using System.IO.Compression;
using System.Runtime.Versioning;

namespace Bot.Host.Tests.Commands;

/// <summary>Recorded data that are missing or damaged: the message names the file and the line.</summary>
[SupportedOSPlatform("linux")]
public sealed class CandleDataTests : IDisposable
{
    private const long Start = 1_676_716_260;
    private const string Header = "time,open,high,low,close,volume";

    private readonly string _folder = Directory.CreateTempSubdirectory("bot-candles-").FullName;

    private string File1 => Path.Combine(_folder, "data", "ABC-USDT", "1min.csv.gz");

    [Theory]
    [InlineData("not,a,candle", "does not have 6 columns")]
    [InlineData("soon,1,1,1,1,1", "'soon' is not a time in Unix seconds")]
    [InlineData("1676716381,1,1,1,1,1", "is not the open of a 1min candle")]
    [InlineData("1676716260,1,1,1,1,1", "is not after the time before it")]
    [InlineData("1676716380,1,1,1,x,1", "'x' in column 5")]
    [InlineData("1676716380,1,1,1,1e5,1", "'1e5' in column 5")]
    [InlineData("1676716380,1,2,1.5,1,1", "low")]
    [InlineData("1676716380,0,0,0,0,1", "price")]
    public async Task A_damaged_line_is_named_with_file_and_number(string line, string what)
    {
        Write(Header, Line(0), Line(1), line);
        var end = await BotCommand.RunAsync(_folder, "simulator", "--port", "0", "--data", Path.Combine(_folder, "data"), "--lockstep");
        end.Failed(1, $"{File1}, line 4: ", what);
    }

    [Fact]
    public async Task The_demo_tells_what_its_simulator_found_and_leaves_nothing_behind()
    {
        Write(Header, Line(0), "1676716320,1,2,3");
        var end = await Demo();
        end.Failed(1, $"{File1}, line 3: '1676716320,1,2,3' does not have 6 columns");
        Assert.Empty(BotCommand.ProcessesOf(_folder));
    }

    [Fact]
    public async Task A_file_that_was_cut_off_is_not_taken_for_a_shorter_one()
    {
        Write([Header, .. Enumerable.Range(0, 500).Select(Line)]);
        var whole = await File.ReadAllBytesAsync(File1);
        await File.WriteAllBytesAsync(File1, whole[..(whole.Length / 2)]);
        (await Demo()).Failed(1, File1, "damaged or cut off");
        await File.WriteAllTextAsync(File1, "not zipped at all");
        (await Demo()).Failed(1, File1);
    }

    [Fact]
    public async Task A_header_of_something_else_is_shown_with_the_one_that_is_expected()
    {
        Write("date,price", "1,2");
        (await Demo()).Failed(1, $"{File1}, line 1: ", "'date,price'", Header);
    }

    [Fact]
    public async Task A_pair_without_data_is_named()
    {
        Write(Header, Line(0));
        (await Demo("--pairs", "NOPE-USDT")).Failed(1, Path.Combine(_folder, "data", "NOPE-USDT", "1min.csv.gz"), "does not exist");
        (await Demo("--pairs", "2")).Failed(1, "1 pair", "2 are needed");
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_named() => (await Demo()).Failed(1, Path.Combine(_folder, "data"), "does not exist");

    [Fact]
    public async Task A_time_without_candles_is_told()
    {
        Write(Header, Line(0), Line(1));
        (await Demo("--from", "2030-01-01")).Failed(1, "2030");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<CommandEnd> Demo(params string[] more) =>
        BotCommand.RunAsync(_folder, ["demo", "--data", Path.Combine(_folder, "data"), "--exit", .. more]);

    private static string Line(int minute) => string.Create(CultureInfo.InvariantCulture, $"{Start + 60 * minute},1.5,{2 + minute % 7},1,1.75,{100 + minute}");

    private void Write(params string[] lines)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File1)!);
        using var zip = new GZipStream(File.Create(File1), CompressionLevel.Fastest);
        using var writer = new StreamWriter(zip);
        writer.Write(string.Join('\n', lines) + "\n");
    }
}
