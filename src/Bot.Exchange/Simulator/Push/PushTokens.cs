using System.Security.Cryptography;
using Bot.Exchange.Simulator.Accounts;

namespace Bot.Exchange.Simulator.Push;

/// <summary>The tokens that open push connections.</summary>
internal sealed class PushTokens(TimeProvider wall)
{
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);

    private readonly Dictionary<string, (Account? Account, DateTimeOffset Until)> _tokens = [];
    private readonly Lock _gate = new();

    /// <summary>A new token of an account; of nobody for null.</summary>
    public string Issue(Account? account)
    {
        // The real ones have this shape: two parts, padding at the end, characters that some clients wrongly escape.
        var token = $"2neAiu-{Text(60)}_{Text(60)}.{Text(15)}==";
        var now = wall.GetUtcNow();
        lock (_gate)
        {
            foreach (var old in _tokens.Where(t => t.Value.Until < now).Select(t => t.Key).ToList())
                _tokens.Remove(old);
            _tokens.Add(token, (account, now + Life));
        }
        return token;
    }

    /// <summary>True when a token is valid.</summary>
    public bool TryFind(string token, out Account? account)
    {
        lock (_gate)
        {
            var isKnown = _tokens.TryGetValue(token, out var found) && found.Until >= wall.GetUtcNow();
            account = isKnown ? found.Account : null;
            return isKnown;
        }
    }

    private static string Text(int bytes) =>
        Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes)).Replace('+', '-').Replace('/', '_').TrimEnd('=');
}
