using System.Data;
using System.Data.Common;
using System.Globalization;

namespace SdFleet.JobStore.Tests.Compatibility;

/// <summary>A parameter of a recorded statement.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, as ADO.NET calls it.</param>
/// <param name="Value">Its value as text; null for NULL.</param>
public sealed record RecordedValue(string Name, DbType Type, string? Value)
{
    public static RecordedValue Of(DbParameter parameter) => new(
        parameter.ParameterName,
        parameter.Value is null or DBNull ? parameter.DbType : TypeOf(parameter.Value),
        parameter.Value is null or DBNull ? null : Convert.ToString(parameter.Value, CultureInfo.InvariantCulture));

    /// <summary>Gives it to a command.</summary>
    public void AddTo(DbCommand command)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = Name;
        parameter.DbType = Type;
        parameter.Value = Value is null ? DBNull.Value : Type switch
        {
            DbType.Int32 => int.Parse(Value, CultureInfo.InvariantCulture),
            DbType.Int64 => long.Parse(Value, CultureInfo.InvariantCulture),
            DbType.Double => double.Parse(Value, CultureInfo.InvariantCulture),
            DbType.Guid => Guid.Parse(Value),
            _ => Value,
        };
        command.Parameters.Add(parameter);
    }

    private static DbType TypeOf(object value) => value switch
    {
        string => DbType.String,
        int => DbType.Int32,
        long => DbType.Int64,
        double => DbType.Double,
        Guid => DbType.Guid,
        _ => throw new NotSupportedException($"No way is known to record a parameter of type {value.GetType()}."),
    };
}
