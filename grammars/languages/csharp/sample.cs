// Weather stations and what they report.
using System;
using System.Collections.Generic;
using static System.Math;
using Json = System.Text.Json.JsonSerializer;
global using System.Linq;

namespace Weather.Stations;

/// <summary>Told when a station reports.</summary>
public delegate void ReportHandler<in T>(object sender, T report) where T : Report;

/// <summary>
/// A station that measures.
/// </summary>
[Serializable]
public abstract partial class Station<T> : Device, IStation, IDisposable where T : Report, new()
{
    /// <summary>Reports kept at most.</summary>
    public const int Limit = 100, Minimum = 1;
    private static readonly Dictionary<string, T> Known = new();
    protected internal readonly List<T> reports = new List<T>();
    private protected int count, errors;

    /// <summary>Raised for each report.</summary>
    public event EventHandler Reported;
    public event EventHandler Failed { add { errors++; } remove { errors--; } }

    /// <summary>Its name.</summary>
    public string Name { get; private set; } = "unnamed";
    public int Count => reports.Count;
    public required T? Latest
    {
        get { return reports[^1]; }
        init { reports.Add(value); }
    }
    public T this[int index] => reports[index];

    static Station() { Registry.Add(typeof(Station<T>)); }

    /// <summary>Opens a station.</summary>
    protected Station(string name) : base(name) { this.Name = name ?? throw new ArgumentNullException(nameof(name)); }

    public Station() : this("new") { }

    ~Station() => Dispose();

    public static Station<T> operator +(Station<T> left, T right) { left.reports.Add(right); return left; }
    public static implicit operator string(Station<T> station) => station.Name;

    /// <summary>Measures once.</summary>
    public abstract Task<T> Measure<TUnit>(ref int tries, out string error, params TUnit[] units);

    void IDisposable.Dispose() { Reported = null; }

    // HACK: retries are fixed (DM-90)
    public async Task<int> Refresh(IEnumerable<T> source, int retries = 3)
    {
        var (low, high) = (0, 1);
        int sum = 0, rest;
        if (source is List<T> list && list.Count > 0 || retries == 0)
        {
            sum += list.Count;
        }
        else if (source is { } any)
        {
            foreach (var report in any) sum++;
        }
        else
        {
            goto done;
        }
        (low, high) = (high, low);
        foreach (var (key, value) in Known)
        {
            for (int i = 0; i < retries; i++)
            {
                while (value.Stale) { break; }
                do { low--; } while (low > 0);
            }
        }
        try
        {
            using var log = Log.Open(Name);
            await log.WriteAsync(sum);
        }
        catch (IOException e) when (e.HResult > 0)
        {
            Console.WriteLine(e.Message);
        }
        finally { count = 0; }
        switch (source)
        {
            case T[] array when array.Length > 1:
                rest = array.Length;
                break;
            case null:
            default:
                rest = 0;
                break;
        }
        var kind = sum switch { 0 => "none", > 10 => "many", _ => "some" };
        Func<int, int> twice = x => x * 2;
        Func<int, int, int> add = (a, b) => a + b;
        Action<int> old = delegate (int value) { Console.Write(value); };
        int Half(int number) { return number / 2; }
        if (int.TryParse(kind, out var parsed)) { rest = parsed; }
        var query = from r in reports join k in Known on r.Id equals k.Key let age = r.Age where age > 1 select new { r.Id, Old = age };
        var made = new Report { Id = 1, Source = { Name = kind } };
        Report copy = new(made) ;
        Reported?.Invoke(this, EventArgs.Empty);
        var text = Json.Serialize<Report>(copy with { Id = Max(low, high) });
    done:
        return Half(twice(add(rest, reports.Select(r => r.Id).OfType<int>().Sum(selector: n => n > 1 ? n : 0))));
    }
}

/// <summary>One measurement.</summary>
public record Report(int Id, DateTime At)
{
    internal string Note = "";
    public Source Source { get; set; }
}

public readonly record struct Point(double X, double Y);

public struct Source
{
    public string Name;
    public Source(string name) => Name = name;
}

public interface IStation
{
    string Name { get; }
    void Start();
    event EventHandler Started;
}

/// <summary>What went wrong.</summary>
[Flags]
public enum Fault : byte
{
    None = 0,
    /// <summary>No power.</summary>
    Power = 1,
}

public static class StationExtensions
{
    public static bool IsNew(this IStation station) => station.Name == "new";
}

public class Buoy(string name, int depth) : Station<Report>(name)
{
    private readonly int depth = depth;
}

public class StationTests
{
    [Fact]
    public void StartsEmpty() { Assert.Equal(0, new Buoy("a", 1).Count); }

    [Theory, InlineData(1)]
    public void Counts(int count) { }

    [NUnit.Framework.Test]
    public void Closes() { }

    [SetUp]
    public void Prepare() { }
}

class Tail
{
    /// <summary>Stands before the broken region.</summary>
    int Before() { return 1; }

    int Broken(int first, ) { return first + ; }

    /// <summary>Stands behind it.</summary>
    int After() { return Before(); }
}
