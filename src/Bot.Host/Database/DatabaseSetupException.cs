namespace Bot.Host.Database;

/// <summary>The database cannot be used as things stand. The message is for the person at the terminal: what is wrong, then what to do.</summary>
public sealed class DatabaseSetupException : Exception
{
    /// <summary>A problem and its remedy.</summary>
    /// <param name="problem">What is wrong, one sentence, without secrets.</param>
    /// <param name="whatToDo">What the person can do about it.</param>
    /// <param name="cause">The technical cause, where there is one.</param>
    public DatabaseSetupException(string problem, string whatToDo, Exception? cause = null)
        : base($"{problem}{Environment.NewLine}{whatToDo}", cause)
    {
        Problem = problem;
        WhatToDo = whatToDo;
    }

    /// <summary>What is wrong.</summary>
    public string Problem { get; }

    /// <summary>What to do about it.</summary>
    public string WhatToDo { get; }
}
